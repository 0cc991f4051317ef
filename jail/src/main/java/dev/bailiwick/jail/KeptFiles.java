package dev.bailiwick.jail;

import java.util.OptionalLong;

/**
 * Files on a host that a removed jail left.
 *
 * @param jail the jail that left them; if not known, an id that the host has given to these files
 * @param customer the customer who owns the files, from the jail's definition; empty if not known
 * @param firstHostId the first of the ids that the files carry; empty if they carry no ids of a jail
 */
public record KeptFiles(JailId jail, RootPath path, String customer, OptionalLong firstHostId) {}
