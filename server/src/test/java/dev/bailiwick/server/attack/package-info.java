/** Attacks on who may do what: each test is named after the attack that it tries. */
@NullMarked
package dev.bailiwick.server.attack;

import org.jspecify.annotations.NullMarked;
