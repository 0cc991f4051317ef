/**
 * Makes the kernel match what is wanted: observe, plan (pure), act, report. Knows the kernel's verbs and nothing of the
 * link: definitions come in as {@link dev.bailiwick.jail.DesiredState} and changes of it, the truth goes out as
 * {@link dev.bailiwick.jail.Report}.
 */
@NullMarked
package dev.bailiwick.agent.reconcile;

import org.jspecify.annotations.NullMarked;
