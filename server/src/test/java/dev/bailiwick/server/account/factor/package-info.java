@NullMarked
package dev.bailiwick.server.account.factor;

import org.jspecify.annotations.NullMarked;
