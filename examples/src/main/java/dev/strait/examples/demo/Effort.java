package dev.strait.examples.demo;

/**
 * How long the demo measures.
 *
 * @param warmUpRounds at most so many rounds to warm up; fewer when the median is flat earlier
 * @param rounds so many measured rounds, each of all contenders in turn
 * @param roundMillis how long a contender runs in a round
 */
record Effort(int warmUpRounds, int rounds, int roundMillis) {
  static final Effort FULL = new Effort(14, 5, 500);
  static final Effort QUICK = new Effort(1, 1, 200);
}
