package dev.bailiwick.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the text files of the tree, except generated ones. */
final class Tree {

    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Set<String> GENERATED = Set.of("target", ".git", ".idea", ".vscode", "node_modules");

    private Tree() {}

    /** @param path relative to {@link #ROOT}, with slashes */
    record Text(String path, String content) {

        int lineOf(int offset) {
            return 1
                    + (int) content.substring(0, offset)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
        }

        String at(int offset) {
            return path + ":" + lineOf(offset);
        }
    }

    static List<Text> texts() {
        List<Text> texts = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return GENERATED.contains(directory.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        read(file).ifPresent(texts::add);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    /** Reads a file; returns empty for pictures, fonts and other files that are not text. */
    private static Optional<Text> read(Path file) {
        String path = ROOT.relativize(file).toString().replace('\\', '/');
        try {
            return Optional.of(new Text(path, Files.readString(file)));
        } catch (MalformedInputException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
