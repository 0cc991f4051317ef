package dev.bailiwick.jail.report;

/**
 * One step that brings a jail to its desired state.
 *
 * @param name what was done, for example {@code veth} or {@code clone3}
 * @param startMicros microseconds from the start of the change until this step began
 * @param durationMicros how long it took, in microseconds
 */
public record StepTiming(String name, long startMicros, long durationMicros) {}
