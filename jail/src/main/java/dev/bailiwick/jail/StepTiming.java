package dev.bailiwick.jail;

/**
 * One step of bringing a jail to its wanted state.
 *
 * @param name what was done, for example {@code veth} or {@code clone3}
 * @param startMicros microseconds from the start of the change until this step began
 * @param durationMicros how long it took, in microseconds
 */
public record StepTiming(String name, long startMicros, long durationMicros) {}
