package dev.bailiwick.server.page;

/** One entry of a select: what is sent, and what is read. */
public record Choice(String value, String label) {}
