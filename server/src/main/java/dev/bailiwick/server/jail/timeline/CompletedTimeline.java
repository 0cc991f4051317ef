package dev.bailiwick.server.jail.timeline;

/**
 * The timeline of a change that its host has carried out.
 *
 * @param revision the revision of the host that contains the change
 */
record CompletedTimeline(String jail, long generation, long revision, ChangeTimeline timeline) {}
