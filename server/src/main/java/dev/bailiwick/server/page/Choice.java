package dev.bailiwick.server.page;

/** An option of a select element. */
public record Choice(String value, String label) {}
