package dev.bailiwick.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The class's tests take a {@link Fleet} as a parameter. They share it, begin without jails, and fail where they leave something of one
 * on the machine. Skipped, and said so, where jails cannot be made.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({AsRoot.class, SharedFleet.class})
@interface OnFleet {}
