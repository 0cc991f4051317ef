package dev.bailiwick.server.request;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names parameters that this handler does not take as arguments: its template reads them, or another handler of the same form does,
 * as a browser sends the whole form to each. All others are rejected.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OtherParameters {
    String[] value();
}
