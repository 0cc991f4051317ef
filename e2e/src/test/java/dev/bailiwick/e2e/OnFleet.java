package dev.bailiwick.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives the tests of the class a shared {@link Fleet} as a parameter. Each test begins without jails, and fails if it leaves traces of
 * a jail on the machine. On a machine that cannot have jails, the tests are skipped with the reason.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({AsRoot.class, SharedFleet.class})
@interface OnFleet {}
