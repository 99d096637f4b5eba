package dev.strait.examples.demo;

/**
 * What a contender's unary calls cost.
 *
 * @param latency of calls one at a time
 * @param throughput in calls per second, with {@link UnaryThroughput#IN_FLIGHT} in flight
 */
record Result(Contender contender, UnaryLatency latency, double throughput) {}
