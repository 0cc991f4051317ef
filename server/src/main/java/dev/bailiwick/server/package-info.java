/** The control plane. Each direct subpackage is a module with an API of its own public types. */
@NullMarked
package dev.bailiwick.server;

import org.jspecify.annotations.NullMarked;
