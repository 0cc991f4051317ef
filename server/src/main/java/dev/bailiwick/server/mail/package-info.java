/** E-mail: what waits to be sent, and who sends it. What a mail says is written by the module that wants it sent. */
@NullMarked
package dev.bailiwick.server.mail;

import org.jspecify.annotations.NullMarked;
