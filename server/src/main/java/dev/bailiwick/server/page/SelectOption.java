package dev.bailiwick.server.page;

/** An option of a select element. */
public record SelectOption(String value, String label) {}
