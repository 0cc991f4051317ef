package dev.bailiwick.server.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.server.ServerTest;
import dev.bailiwick.server.bounds.Bound;
import dev.bailiwick.server.problem.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

/** Forms with a file, as browsers send them. */
@ServerTest
class FileFormsTest {

    @Autowired
    private ProblemWriter problems;

    private static String field(String name, String value) {
        return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    private static String file(String name, String content) {
        return "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n";
    }

    /** @return the request behind the filter; empty if it was refused */
    private Optional<HttpServletRequest> pass(String body, int status) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/jails/x/files/upload");
        request.setContentType("multipart/form-data; boundary=x");
        request.setContent(body.getBytes(StandardCharsets.UTF_8));
        MockHttpServletResponse response = new MockHttpServletResponse();
        MockFilterChain chain = new MockFilterChain();
        new FileForms(problems).doFilter(request, response, chain);
        assertThat(response.getStatus()).isEqualTo(status);
        return Optional.ofNullable((HttpServletRequest) chain.getRequest());
    }

    @Test
    void haveTheFieldsBeforeTheFileAsParametersAndTheFileAsBody() throws Exception {
        HttpServletRequest form = pass(
                        field("_csrf", "token") + field("path", "/é") + file("ü.txt", "one\r\n--\r\ntwo")
                                + field("late", "1") + "--x--\r\n",
                        200)
                .orElseThrow();
        assertThat(form.getParameter("_csrf")).isEqualTo("token");
        assertThat(form.getParameterMap()).containsOnlyKeys("_csrf", "path");
        assertThat(form.getParameterValues("path")).containsExactly("/é");
        assertThat(form.getAttribute(FileForms.FILE_NAME)).isEqualTo("ü.txt");
        assertThat(form.getInputStream().readAllBytes()).asString().isEqualTo("one\r\n--\r\ntwo");
    }

    @Test
    void haveNoNameWhereNoFileWasChosen() throws Exception {
        HttpServletRequest form =
                pass(field("path", "/") + file("", "") + "--x--\r\n", 200).orElseThrow();
        assertThat(form.getAttribute(FileForms.FILE_NAME)).isNull();
        assertThat(form.getInputStream().readAllBytes()).isEmpty();
        assertThat(pass(field("path", "/") + "--x--\r\n", 200)
                        .orElseThrow()
                        .getInputStream()
                        .readAllBytes())
                .isEmpty();
    }

    @Test
    void endWithAFailureWhereTheFileEndsEarly() throws Exception {
        HttpServletRequest form = pass(file("cut", "begin"), 200).orElseThrow();
        assertThatThrownBy(() -> form.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
    }

    @Test
    void areRefusedIfTheyEndEarlyOrHaveTooMuchBeforeTheFile() throws Exception {
        assertThat(pass("nothing of the kind", 200).orElseThrow().getParameterMap())
                .isEmpty();
        assertThat(pass("--x\r\nContent-Disposition: form-", 400)).isEmpty();
        assertThat(pass(field("path", "/"), 400)).isEmpty();
        String large = "x".repeat(Bound.FILE_FORM_BYTES.value() + (4 << 10));
        assertThat(pass(field("path", large) + file("a", "b") + "--x--\r\n", 413))
                .isEmpty();
        assertThat(pass(file("a" + "b".repeat(10_000), "b") + "--x--\r\n", 400)).isEmpty();
    }

    @Test
    void areBoundedBeforeTheFileWhateverIsThere() throws Exception {
        String preamble = "x\r\n".repeat(Bound.FILE_FORM_BYTES.value());
        String nameless = "--x\r\nContent-Disposition: form-data\r\n\r\n\r\n";
        assertThat(pass(preamble + file("a", "b") + "--x--\r\n", 413)).isEmpty();
        assertThat(pass(nameless.repeat(Bound.FILE_FORM_BYTES.value() / 20) + file("a", "b") + "--x--\r\n", 413))
                .isEmpty();
        int fields = Bound.FILE_FORM_FIELDS.value();
        String end = file("a", "b".repeat(4 * Bound.FILE_FORM_BYTES.value())) + "--x--\r\n";
        assertThat(pass(field("a", "").repeat(fields + 1) + end, 400)).isEmpty();
        assertThat(pass(field("a", "").repeat(fields) + end, 200)
                        .orElseThrow()
                        .getInputStream()
                        .readAllBytes())
                .hasSize(4 * Bound.FILE_FORM_BYTES.value());
    }

    @Test
    void countAParameterOfTheAddressAsASecondValue() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("POST", "/jails/x/files/upload");
        request.setParameter("path", "/other");
        request.setContentType("multipart/form-data; boundary=x");
        request.setContent((field("path", "/") + file("a", "b") + "--x--\r\n").getBytes(StandardCharsets.UTF_8));
        MockFilterChain chain = new MockFilterChain();
        new FileForms(problems).doFilter(request, new MockHttpServletResponse(), chain);
        assertThat(chain.getRequest())
                .isNotNull()
                .satisfies(form -> assertThat(form.getParameterValues("path")).containsExactly("/", "/other"));
    }
}
