package dev.bailiwick.agent.link.identity;

import dev.bailiwick.agent.disk.DurableFile;
import dev.bailiwick.agent.disk.TextFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The identity of this host towards its server. It is stored in one file, {@code identity.pem}, so that key and certificates always
 * belong together: PEM, with explanatory lines before it (RFC 7468, section 2).
 *
 * @param server the server that this host joined
 */
public record Identity(
        String hostId,
        String hostName,
        ServerAddress server,
        PrivateKey key,
        X509Certificate certificate,
        X509Certificate authority) {

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z ]+)-----([^-]+)-----END \\1-----");
    private static final Pattern LINE = Pattern.compile("(?m)^(Host|Name|Server): (\\S+)$");

    private static final char NOT_UTF_8 = '\ufffd';

    private static Path file(Path stateDirectory) {
        return stateDirectory.resolve("identity.pem");
    }

    /**
     * Reads the identity; empty if this host has not joined a server.
     *
     * @throws IOException if the file exists but is not as {@link Enrolment} wrote it
     */
    public static Optional<Identity> in(Path stateDirectory) throws IOException {
        Path file = file(stateDirectory);
        if (Files.notExists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(TextFile.read(file)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(file + " is damaged (" + e.getMessage() + "); join again with a new token", e);
        }
    }

    private static Identity parse(String text) throws GeneralSecurityException {
        if (text.indexOf(NOT_UTF_8) >= 0) {
            throw new IllegalArgumentException("it is not UTF-8");
        }
        List<byte[]> certificates = new ArrayList<>();
        List<byte[]> keys = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            byte[] der = Base64.getMimeDecoder().decode(block.group(2));
            (block.group(1).equals("PRIVATE KEY") ? keys : certificates).add(der);
        }
        if (keys.size() != 1 || certificates.size() != 2) {
            throw new IllegalArgumentException("it must contain one key and two certificates");
        }
        return new Identity(
                line(text, "Host"),
                line(text, "Name"),
                ServerAddress.parse(line(text, "Server")),
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst())),
                certificate(certificates.getFirst()),
                certificate(certificates.getLast()));
    }

    private static String line(String text, String name) {
        return LINE.matcher(text)
                .results()
                .filter(line -> line.group(1).equals(name))
                .map(line -> line.group(2))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("its line '" + name + "' is missing"));
    }

    public static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    public void storeIn(Path stateDirectory) throws IOException, GeneralSecurityException {
        String text = "Host: " + hostId + "\nName: " + hostName + "\nServer: " + server + "\n"
                + block("PRIVATE KEY", key.getEncoded())
                + block("CERTIFICATE", certificate.getEncoded())
                + block("CERTIFICATE", authority.getEncoded());
        DurableFile.write(file(stateDirectory), text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String block(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    /** Leaves out the key, so that it never appears in a log. */
    @Override
    public String toString() {
        return "Identity[" + hostName + " " + hostId + " at " + server + "]";
    }
}
