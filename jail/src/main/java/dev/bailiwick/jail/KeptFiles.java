package dev.bailiwick.jail;

import java.util.OptionalLong;

/**
 * Files on a host that a removed jail left.
 *
 * @param jail the jail that left them; where that is not known, an id by which the host knows these files
 * @param customer whose they are, as the jail's definition said; empty where that is not known
 * @param firstHostId the first of the ids that they bear; empty where they bear none of a jail's
 */
public record KeptFiles(JailId jail, RootPath path, String customer, OptionalLong firstHostId) {}
