package dev.bailiwick.server.link;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.server.host.certificate.HostCertificates;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * The host that makes a call, identified only by its certificate.
 *
 * @param certificate the handshake has verified that our authority signed it, and that the peer has its key
 */
record Peer(HostId host, X509Certificate certificate) {

    private static final Context.Key<Peer> KEY = Context.key("peer");

    /** Returns the peer of the current call. */
    static Peer current() {
        return KEY.get();
    }

    /** Returns an interceptor that rejects calls without a valid certificate of a host. */
    static ServerInterceptor identifying(HostCertificates certificates) {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                try {
                    Optional<Peer> peer = certificateOf(call)
                            .flatMap(certificate ->
                                    certificates.hostOf(certificate).map(host -> new Peer(host, certificate)));
                    if (peer.isPresent()) {
                        Context context = Context.current().withValue(KEY, peer.get());
                        return Contexts.interceptCall(context, call, headers, next);
                    }
                    call.close(
                            Status.UNAUTHENTICATED.withDescription(
                                    "the call has no valid certificate of a host of this server; join with a new token"),
                            new Metadata());
                } catch (DataAccessException | TransactionException e) {
                    call.close(
                            Status.UNAVAILABLE
                                    .withDescription("the database does not respond")
                                    .withCause(e),
                            new Metadata());
                }
                return new ServerCall.Listener<>() {};
            }
        };
    }

    /** Returns the certificate that was verified in the handshake; empty if there was none. */
    static Optional<X509Certificate> certificateOf(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException noCertificateWasShown) {
            return Optional.empty();
        }
    }
}
