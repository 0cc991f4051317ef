package dev.bailiwick.server.audit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The name and version of an {@link Event}, as readers outside of the server know it. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventType {

    /** The kind of the subject, a dot, and what was done to it: {@code jail.created}. It never changes. */
    String action();

    /** The version of the detail's form, from 1. */
    int version();
}
