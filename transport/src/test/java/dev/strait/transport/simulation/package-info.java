/** Threads that run one at a time in an order that a seed decides, and the time they wait by. */
package dev.strait.transport.simulation;
