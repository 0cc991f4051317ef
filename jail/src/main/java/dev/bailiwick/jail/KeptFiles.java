package dev.bailiwick.jail;

import java.util.OptionalLong;

/**
 * Files on a host that a removed jail left.
 *
 * @param jail the jail that left them; if not known, an id that the host has given to these files
 * @param customer the customer who owns them, from the jail's definition; empty if not known
 * @param firstHostId the first of the ids that they carry; empty if they carry no ids of a jail
 */
public record KeptFiles(JailId jail, RootPath path, String customer, OptionalLong firstHostId) {}
