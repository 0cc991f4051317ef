package dev.bailiwick.server.audit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The name and version of an {@link Event} for readers outside of the server. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventType {

    /** The kind of the subject, a dot, and the change: {@code jail.created}. The action of an event never changes. */
    String action();

    /** The version of the detail's form, from 1. */
    int version();
}
