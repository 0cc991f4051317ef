package dev.bailiwick.server.problem;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the failures of an operation of the API, for its description, besides those that every such operation has. An annotation for
 * several operations can have it too.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Fails {
    Class<? extends Failure>[] value();
}
