/** How figures are computed, drawn and written into the document of benchmarks. */
@NullMarked
package dev.bailiwick.benchmarks.report;

import org.jspecify.annotations.NullMarked;
