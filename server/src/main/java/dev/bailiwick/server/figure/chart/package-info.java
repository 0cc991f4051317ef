/** What pages and the API show of figures over time: the steps, what happened in them, and the charts. */
@NullMarked
package dev.bailiwick.server.figure.chart;

import org.jspecify.annotations.NullMarked;
