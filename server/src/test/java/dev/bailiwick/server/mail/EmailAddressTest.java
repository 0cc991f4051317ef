package dev.bailiwick.server.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"ada@example.com", "a.b+c@mail.example.co.uk", "o'neil@example.org", "x@xn--bcher-kva.example"})
    void takesAddresses(String text) {
        assertThat(EmailAddress.of(text)).hasValue(new EmailAddress(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ada",
                "ada@",
                "@example.com",
                "ada@example",
                "ada@-example.com",
                "ada@example..com",
                ".ada@example.com",
                "a..b@example.com",
                "ada@example.com\r\nBcc: all@example.com",
                "ada@example.com\n",
                "ada@example.com,eve@example.com",
                "Ada <ada@example.com>",
                "\"a b\"@example.com",
                "ada@[127.0.0.1]",
                "ada@127.0.0.1",
                "ädä@example.com",
                "ada@exämple.com",
                "ada\u0000@example.com"
            })
    void takesNothingElse(String text) {
        assertThat(EmailAddress.of(text)).isEmpty();
        assertThatThrownBy(() -> new EmailAddress(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void domainIsInLowerCaseAndAddressesAreShort() {
        assertThat(EmailAddress.of("Ada@Example.COM")).hasValue(new EmailAddress("Ada@example.com"));
        assertThat(EmailAddress.of("a@" + "b".repeat(60) + ".example.com")).isPresent();
        assertThat(EmailAddress.of("a@" + ("b".repeat(60) + ".").repeat(4) + "example.com"))
                .isEmpty();
    }

    @Test
    void serverThatSendsMailKnowsItsSenderAndItsAddress() {
        URI url = URI.create("https://panel.example.com");
        new MailProperties("Example Hosting <panel@example.com>", url).requireUsable();
        assertThatThrownBy(() -> new MailProperties(null, url).requireUsable())
                .hasMessageContaining("bailiwick.mail.from");
        assertThatThrownBy(() -> new MailProperties("panel", url).requireUsable())
                .hasMessageContaining("bailiwick.mail.from");
        for (String wrong :
                new String[] {"http://panel.example.com", "https://panel.example.com/", "panel", "https:/x"}) {
            assertThatThrownBy(() -> new MailProperties("panel@example.com", URI.create(wrong)).requireUsable())
                    .hasMessageContaining("bailiwick.mail.url");
        }
        assertThatThrownBy(() -> new MailProperties("panel@example.com", null).requireUsable())
                .hasMessageContaining("bailiwick.mail.url");
    }
}
