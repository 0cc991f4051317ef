package dev.bailiwick.server.link.stream;

import dev.bailiwick.jail.HostId;
import dev.bailiwick.protocol.v1.CarryDown;
import dev.bailiwick.server.host.certificate.HostCertificates;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * The calls of hosts that carry streams. A host has no more calls without a ticket than tickets that wait for it, so that it cannot fill the
 * memory with messages that belong to no stream.
 */
@Component
public class CarriedCalls {

    private static final Logger log = LoggerFactory.getLogger(CarriedCalls.class);

    private final StreamTickets tickets;
    private final HostCertificates certificates;
    private final Set<CarriedCall> open = ConcurrentHashMap.newKeySet();

    CarriedCalls(StreamTickets tickets, HostCertificates certificates) {
        this.tickets = tickets;
        this.certificates = certificates;
    }

    /**
     * Takes a call; ends it at once if the server has not dialled for it.
     *
     * @param host the host that makes the call, by this certificate
     */
    public CarriedCall begin(HostId host, X509Certificate certificate, ServerCallStreamObserver<CarryDown> responses) {
        CarriedCall call =
                new CarriedCall(host, HostCertificates.serial(certificate), tickets, responses, open::remove);
        open.add(call);
        if (open.stream().filter(other -> other.owesTicketOf(host)).count() > tickets.waiting(host)) {
            call.refuse(Status.UNAUTHENTICATED.withDescription("no stream waits for this call of this host"));
        }
        return call;
    }

    /** Ends the calls whose certificates were revoked or have expired, or whose hosts are retired. Called every few seconds. */
    public void endRevoked() {
        Set<String> serials = open.stream().map(CarriedCall::serial).collect(Collectors.toSet());
        if (serials.isEmpty()) {
            return;
        }
        try {
            Set<String> valid = certificates.valid(serials);
            open.stream()
                    .filter(call -> serials.contains(call.serial()) && !valid.contains(call.serial()))
                    .forEach(CarriedCall::revoked);
        } catch (DataAccessException | TransactionException e) {
            // Asked again after the same time.
            log.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("the database cannot be asked whether certificates of hosts are still valid");
        }
    }
}
