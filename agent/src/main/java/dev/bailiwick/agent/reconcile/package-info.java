/**
 * Makes the kernel match the desired state: observe, plan (a pure function), act, report. It depends on the kernel's verbs but not
 * on the link. Definitions come in as {@link dev.bailiwick.jail.desired.DesiredState} and changes of it; reports go out as
 * {@link dev.bailiwick.jail.report.Report}.
 */
@NullMarked
package dev.bailiwick.agent.reconcile;

import org.jspecify.annotations.NullMarked;
