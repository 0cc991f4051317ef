@NullMarked
package dev.bailiwick.server.account.signin.password;

import org.jspecify.annotations.NullMarked;
