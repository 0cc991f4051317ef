package dev.bailiwick.server.host.certificate;

import dev.bailiwick.server.bounds.Tls;
import dev.bailiwick.server.secret.SealingKey;
import java.security.KeyStore;
import java.time.Clock;
import java.util.Set;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.function.SingletonSupplier;

/** Creates the authority, and registers the server's certificate for the web port as the SSL bundle {@code bailiwick}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IdentityProperties.class)
class IdentityConfiguration {

    @Bean
    @DependsOnDatabaseInitialization
    Authority authority(DataSource database, SealingKey sealing, IdentityProperties properties, Clock clock) {
        Set<String> names = properties.names() == null ? Set.of() : properties.names();
        Authority authority = new Authority(database, sealing, names, clock);
        if (properties.authorityFile() != null) {
            AuthorityFile.write(authority.certificate(), properties.authorityFile());
        }
        return authority;
    }

    /** Creates the certificate on first use, as bundles are registered before the database is ready. */
    @Bean
    SslBundleRegistrar authorityBundle(ObjectProvider<Authority> authority) {
        Supplier<KeyStore> keys = SingletonSupplier.of(
                () -> authority.getObject().serverIdentity(Set.of()).keyStore());
        SslStoreBundle stores = new SslStoreBundle() {
            @Override
            public KeyStore getKeyStore() {
                return keys.get();
            }

            @Override
            public String getKeyStorePassword() {
                return "";
            }

            @Override
            public @Nullable KeyStore getTrustStore() {
                return null;
            }
        };
        SslOptions options = SslOptions.of(Set.copyOf(Tls.SUITES), Set.copyOf(Tls.PROTOCOLS));
        return registry -> registry.registerBundle("bailiwick", SslBundle.of(stores, SslBundleKey.NONE, options));
    }
}
