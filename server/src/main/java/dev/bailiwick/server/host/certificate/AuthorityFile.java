package dev.bailiwick.server.host.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** The file with the authority's certificate, for browsers and programs on this machine. */
final class AuthorityFile {

    private static final int PEM_LINE = 64;

    private AuthorityFile() {}

    /** Writes the file atomically. */
    static void write(X509Certificate certificate, Path file) {
        Path absolute = file.toAbsolutePath();
        Path unfinished = absolute.resolveSibling(absolute.getFileName() + ".new");
        try {
            Files.createDirectories(absolute.getParent());
            Files.writeString(unfinished, pem(certificate));
            Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The authority's certificate cannot be written: " + file, e);
        }
    }

    private static String pem(X509Certificate certificate) {
        byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(PEM_LINE, lineEnd).encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("A certificate from the database has no encoding", e);
        }
    }
}
