package dev.bailiwick.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bailiwick.server.Fleet;
import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.bounds.Bound;
import jakarta.servlet.FilterChain;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

@ServerTest
class ConcurrentRequestLimitTest {

    private static final FilterChain AT_ONCE = (_, _) -> {};

    @Autowired
    private ConcurrentRequestLimit requests;

    @Test
    void oneCustomersRequestsLeaveRoomForOthers() throws Exception {
        Caller customer = Fleet.somebodyOf(new CustomerId(UUID.randomUUID()));
        CountDownLatch held = new CountDownLatch(Bound.REQUESTS_OF_A_CUSTOMER.value());
        CountDownLatch released = new CountDownLatch(1);
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < Bound.REQUESTS_OF_A_CUSTOMER.value(); i++) {
                answers.add(senders.submit(() -> send(customer, (_, _) -> {
                    held.countDown();
                    try {
                        released.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                })));
            }
            try {
                assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(send(customer, AT_ONCE))
                        .as("one more of the same customer")
                        .isEqualTo(503);
                assertThat(send(Fleet.somebodyOf(new CustomerId(UUID.randomUUID())), AT_ONCE))
                        .isEqualTo(200);
                assertThat(send(Fleet.OPERATOR, AT_ONCE)).isEqualTo(200);
            } finally {
                released.countDown();
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(200);
            }
        }
        assertThat(send(customer, AT_ONCE)).isEqualTo(200);
    }

    private int send(Caller caller, FilterChain chain) throws Exception {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(caller, ""));
        try {
            MockHttpServletResponse response = new MockHttpServletResponse();
            requests.doFilter(new MockHttpServletRequest("GET", "/api/v1/jails"), response, chain);
            return response.getStatus();
        } finally {
            SecurityContextHolder.clearContext();
        }
    }
}
