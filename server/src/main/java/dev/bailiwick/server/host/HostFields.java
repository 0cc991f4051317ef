package dev.bailiwick.server.host;

/** What operators say of a host. */
public record HostFields(HostName name, Overcommit overcommit) {}
