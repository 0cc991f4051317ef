package dev.bailiwick.jail.file;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;

/**
 * A request about the files of a jail.
 *
 * @param root where its definition puts its files on the host, on which {@code base}; counts only while it does not run
 */
public record FileWork(JailId jail, RootPath root, Base base, FileRequest request) {}
