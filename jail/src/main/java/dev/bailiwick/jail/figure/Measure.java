package dev.bailiwick.jail.figure;

/** Something that is measured, of a jail or of a host. */
public sealed interface Measure permits Metric, HostMetric {

    /** Returns the name in the API and on the wire. */
    String text();

    Metric.Kind kind();

    Metric.Unit unit();
}
