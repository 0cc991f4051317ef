package dev.bailiwick.server.audit;

/**
 * An event in the form in which it is stored, shown and sent: the components of the record are the fields of the event's detail.
 * Each module seals its own events; {@code docs/events.md} lists them all.
 *
 * <p>An implementation is a record with an {@link EventType}. Its components are strings, numbers, booleans, enumerations, or lists
 * of these, and never secrets. A new component keeps the version; a removed one, or a change of its meaning, raises the version.
 */
public interface Event {}
