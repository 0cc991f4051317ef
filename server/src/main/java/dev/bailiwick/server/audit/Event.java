package dev.bailiwick.server.audit;

/**
 * What was done, in the form in which it is stored, shown and sent: the components of the record are the fields of the event's detail.
 * Each module seals its own events; {@code docs/events.md} lists them all.
 *
 * <p>An implementation is a record with an {@link EventType} whose components are strings, numbers, truth values, enumerations, or lists
 * of these. No secret is ever among them. A component may be added; whoever removes one, or gives one another meaning, raises the version.
 */
public interface Event {}
