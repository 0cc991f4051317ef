package dev.bailiwick.agent.kernel.linux;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Marks a test that creates real jails: it is skipped, with a message, unless root runs it on Linux. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsRoot.Condition.class)
public @interface NeedsRoot {

    /** Checks for root, by the only means that Java has without native code. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return System.getProperty("user.name").equals("root")
                    ? ConditionEvaluationResult.enabled("run by root")
                    : ConditionEvaluationResult.disabled("real jails need root: run the tests as root to include it");
        }
    }
}
