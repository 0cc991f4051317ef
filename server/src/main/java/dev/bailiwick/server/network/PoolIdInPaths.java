package dev.bailiwick.server.network;

import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Lets controllers take a {@link PoolId} from the path. */
@Configuration(proxyBeanMethods = false)
class PoolIdInPaths implements WebMvcConfigurer {

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, PoolId.class, PoolId::parse);
    }
}
