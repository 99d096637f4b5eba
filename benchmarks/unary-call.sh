#!/bin/sh
# Prints the tables of docs/unary-call.md as they are on this machine.
#
#   unary-call.sh cost|syscalls|allocations|time|classes|all|trace [contender...]
#
# Contenders are strait (the default), grpc-direct and grpc-default. Linux only. syscalls, time and trace
# need root and perf (Debian: apt-get install linux-perf); the others need neither.
set -eu
cd "$(dirname "$0")/.."

question=${1:?cost, syscalls, allocations, time, classes, all or trace}
shift
[ $# -gt 0 ] || set -- strait

closed=${CLOSED:-1000000}
paced=${PACED:-10000}
inflight=${INFLIGHT:-2000000}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM

[ -d benchmarks/target/fast/lib ] || ./mvnw -q -Pfast -pl benchmarks -am package
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classpath='benchmarks/target/fast/classes:benchmarks/target/fast/lib/*'

run() {
  main=$1
  shift
  "$java" -cp "$classpath" "dev.strait.benchmarks.profile.$main" "$@" \
    2> "$scratch/errors" || { cat "$scratch/errors" >&2; exit 1; }
}

calls() {
  eval "echo \$$1"
}

cost() {
  for contender; do
    for pattern in closed paced inflight; do
      run CallLoop "$contender" $pattern "$(calls $pattern)" >> "$scratch/cost"
    done
  done
  echo
  echo '| | calls | side | us elapsed | us of CPU | of it in the kernel | voluntary switches | other switches | B allocated |'
  echo '|---|---|---|---|---|---|---|---|---|'
  awk -F'|' 'NF == 11' "$scratch/cost"
  echo
  echo '| | calls | side | thread | us of CPU | voluntary switches | other switches |'
  echo '|---|---|---|---|---|---|---|'
  awk -F'|' 'NF == 9' "$scratch/cost"
  rm "$scratch/cost"
}

# What a side asks of the kernel; the last one counts reads that found nothing.
count() {
  events=raw_syscalls:sys_enter
  for call in read recvfrom write writev sendto epoll_wait epoll_pwait epoll_pwait2 futex; do
    events=$events,syscalls:sys_enter_$call
  done
  events=$events,sched:sched_waking,context-switches
  echo "perf stat -x, -o $scratch/$1 -p $2 -e $events -e syscalls:sys_exit_read --filter ret==-11" \
    "-e syscalls:sys_exit_recvfrom --filter ret==-11"
}

syscalls() {
  echo
  echo '| | calls | side | write | read | read in vain | epoll_wait | futex | others | all | threads woken | switches |'
  echo '|---|---|---|---|---|---|---|---|---|---|---|---|'
  for contender; do
    for pattern in closed paced inflight; do
      calls=$(calls $pattern)
      # shellcheck disable=SC2016 # these are for CallLoop to fill in
      run CallLoop "$contender" $pattern "$calls" "$(count client '$CLIENT')" "$(count server '$SERVER')" > /dev/null
      for side in client server; do
        awk -F, -v calls="$calls" -v who="| $contender | $pattern | $side" '
          { n[$3] = $1 / calls }
          function of(call) { return n["syscalls:sys_enter_" call] }
          END {
            write = of("write") + of("writev") + of("sendto")
            read = of("read") + of("recvfrom")
            vain = n["syscalls:sys_exit_read"] + n["syscalls:sys_exit_recvfrom"]
            wait = of("epoll_wait") + of("epoll_pwait") + of("epoll_pwait2")
            all = n["raw_syscalls:sys_enter"]
            printf "%s | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.2f | %.3f | %.3f |\n", who, write, read, vain,
              wait, of("futex"), all - write - read - wait - of("futex"), all,
              n["sched:sched_waking"], n["context-switches"]
          }' "$scratch/$side"
      done
    done
  done
}

allocations() {
  for contender; do
    echo
    echo "$contender, one call at a time: side, class, B, objects per call, B per call, whose code, where; then B by owner"
    JAVA_TOOL_OPTIONS='-XX:-ResizeTLAB -XX:TLABSize=64k' run CallProfile allocations "$contender" closed "$((2 * closed))"
  done
}

time_() {
  for contender; do
    for pattern in closed inflight; do
      calls=$(calls $pattern)
      echo
      echo "$contender, $pattern: samples of perf by binary"
      record='perf record -q -e cpu-clock -F 997'
      # shellcheck disable=SC2016
      run CallLoop "$contender" $pattern "$calls" \
        "$record -o $scratch/client -p \$CLIENT" "$record -o $scratch/server -p \$SERVER" > /dev/null
      for side in client server; do
        perf report -i "$scratch/$side" --sort dso --stdio 2> /dev/null |
          awk -v side=$side '/^ +[0-9]/ { share = $1; $1 = ""; print "| " side " |" $0 " | " share " |" }' | head -6
      done
      echo
      echo "$contender, $pattern: samples of the flight recorder by owner; by owner, method and, within it, where"
      run CallProfile samples "$contender" $pattern "$calls"
    done
  done
}

# What a fresh client loads until its first reply, and ends.
classes() {
  echo
  echo '| | classes | from the archive of the JDK | of dev.strait.{transport,framing,rpc} |'
  echo '|---|---|---|---|'
  for contender; do
    mkfifo "$scratch/input"
    : > "$scratch/address"
    "$java" -cp "$classpath" dev.strait.benchmarks.calls.CallServer "$contender" < "$scratch/input" > "$scratch/address" &
    exec 3> "$scratch/input"
    until grep -q '^ready ' "$scratch/address"; do sleep 0.1; done
    "$java" "-Xlog:class+load:file=$scratch/classes" -cp "$classpath" dev.strait.benchmarks.calls.FirstCall \
      "$contender" "$(sed 's/^ready //' "$scratch/address")" > /dev/null
    exec 3>&-
    wait
    awk -v contender="$contender" '
      / source: / { all++ }
      / source: shared objects file/ { archived++ }
      / dev\.strait\.(transport|framing|rpc)\./ { own++ }
      END { printf "| %s | %d | %d | %d |\n", contender, all, archived, own }' "$scratch/classes"
    rm "$scratch/input" "$scratch/address"
  done
}

# A few paced calls, both processes: who waits, wakes and runs; reads that gave EAGAIN only counted.
trace() {
  events=syscalls:sys_enter_futex,syscalls:sys_enter_write,syscalls:sys_enter_epoll_wait
  events=$events,syscalls:sys_exit_read,sched:sched_waking,sched:sched_switch
  for contender; do
    run CallLoop "$contender" paced 2000 \
      "perf record -q -m 4096 -e $events -o $scratch/trace -p \$CLIENT,\$SERVER" > /dev/null
    perf script -i "$scratch/trace" --ns -F comm,tid,time,event,trace 2> /dev/null |
      grep -E '^ *(strait|caller|grpc|epoll)' > "$scratch/lines"
    tail -n "+$(($(wc -l < "$scratch/lines") / 2))" "$scratch/lines" | head -2000 |
      sed 's/syscalls:sys_//; s/sched:sched_//' |
      awk '/exit_read: 0xf+5$/ { vain++; next }
           vain { print "   " vain " reads in vain"; vain = 0 }
           { print }' | head -200
  done
}

case $question in
  cost | syscalls | allocations | classes | trace) "$question" "$@" ;;
  time) time_ "$@" ;;
  all)
    cost "$@"
    syscalls "$@"
    allocations "$@"
    time_ "$@"
    classes "$@"
    ;;
  *) echo "no such table: $question" >&2; exit 1 ;;
esac
