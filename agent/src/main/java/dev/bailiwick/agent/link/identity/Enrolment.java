package dev.bailiwick.agent.link.identity;

import com.google.protobuf.ByteString;
import dev.bailiwick.protocol.v1.EnrolmentGrpc;
import dev.bailiwick.protocol.v1.JoinRequest;
import dev.bailiwick.protocol.v1.JoinResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.concurrent.TimeUnit;

/** Joins this host to a server: creates a key, which never leaves the host, and exchanges a token for a certificate. */
public final class Enrolment {

    private static final int DEADLINE_SECONDS = 20;

    private Enrolment() {}

    /**
     * Joins the server, and stores the identity in {@code stateDirectory}, where it replaces an earlier one.
     *
     * @throws JoinRefused if the server has another authority than the token, rejects the token, or is unreachable; then nothing is
     *     stored
     * @throws IOException if the identity cannot be stored; then the token is used up
     */
    public static Identity join(ServerAddress server, JoinToken token, Path stateDirectory) throws IOException {
        Files.createDirectories(stateDirectory);
        KeyPair keys = newKeys();
        try (Channels channels = new Channels()) {
            ManagedChannel channel = channels.open(server, Tls.toJoin(token));
            Identity identity = accept(server, token, keys, ask(channel, token, keys));
            identity.storeIn(stateDirectory);
            return identity;
        } catch (StatusRuntimeException e) {
            throw new JoinRefused(server, reason(e), e);
        } catch (GeneralSecurityException e) {
            throw new JoinRefused(server, "its certificates are invalid", e);
        }
    }

    private static JoinResponse ask(ManagedChannel channel, JoinToken token, KeyPair keys) {
        JoinRequest request = JoinRequest.newBuilder()
                .setToken(token.text())
                .setCertificateRequest(ByteString.copyFrom(CertificateRequest.of(keys, "bailiwick-agent")))
                .build();
        try {
            return EnrolmentGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .join(request);
        } finally {
            channel.shutdownNow();
        }
    }

    /** Returns the innermost cause, which after a failed handshake names the fault of the certificate. */
    private static String reason(StatusRuntimeException failure) {
        Throwable cause = failure.getCause();
        if (cause == null) {
            String description = failure.getStatus().getDescription();
            return description == null ? failure.getStatus().getCode().toString() : description;
        }
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }

    private static Identity accept(ServerAddress server, JoinToken token, KeyPair keys, JoinResponse response)
            throws GeneralSecurityException {
        X509Certificate authority = Identity.certificate(response.getAuthority().toByteArray());
        byte[] fingerprint = MessageDigest.getInstance("SHA-256").digest(authority.getEncoded());
        if (!MessageDigest.isEqual(fingerprint, token.fingerprintBytes())) {
            throw new JoinRefused(server, "it answered with another authority than the token's", null);
        }
        X509Certificate certificate =
                Identity.certificate(response.getCertificate().toByteArray());
        certificate.verify(authority.getPublicKey());
        if (!certificate.getPublicKey().equals(keys.getPublic())) {
            throw new JoinRefused(server, "it answered with a certificate for another key", null);
        }
        return new Identity(
                response.getHostId(), response.getHostName(), server, keys.getPrivate(), certificate, authority);
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no P-256", e);
        }
    }
}
