/** The pages of plans. */
@NullMarked
package dev.bailiwick.server.plan.page;

import org.jspecify.annotations.NullMarked;
