/** Calculates and draws figures, and writes them into the document of benchmarks. */
@NullMarked
package dev.bailiwick.benchmarks.report;

import org.jspecify.annotations.NullMarked;
