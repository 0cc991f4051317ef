package dev.bailiwick.jail;

/**
 * Where a jail's own files live on its host: an absolute, already normal path of {@linkplain PlainText plain text}. Whether it stays below the host's allowed
 * base once its symbolic links are followed only the agent can say.
 */
public record RootPath(String value) {

    private static final int PATH_MAX = 1024;

    public RootPath {
        if (!value.startsWith("/") || value.equals("/")) {
            throw new InvalidValue("must be an absolute path below '/'");
        }
        if (value.length() > PATH_MAX) {
            throw new InvalidValue("is longer than " + PATH_MAX + " characters");
        }
        PlainText.checked(value);
        for (String part : value.substring(1).split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                throw new InvalidValue("must not contain empty, '.' or '..' parts");
            }
            if (part.length() > 255) {
                throw new InvalidValue("has a part longer than 255 characters");
            }
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
