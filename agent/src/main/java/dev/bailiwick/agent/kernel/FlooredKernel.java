package dev.bailiwick.agent.kernel;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.Denial;
import dev.bailiwick.jail.JailDefinition;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A kernel of a host whose operator has added to the floor. The server has refused what is below it; but a floor may be newer than a definition. */
record FlooredKernel(JailKernel kernel, HostFloor floor) implements JailKernel {

    @Override
    public HostFacts facts() {
        return floor.in(kernel.facts());
    }

    @Override
    public Started start(
            JailId jail, long generation, String fingerprint, JailDefinition definition, FilesClaim files) {
        floor.require(definition);
        return kernel.start(jail, generation, fingerprint, definition, files);
    }

    @Override
    public void own(JailId jail, String owner) {
        kernel.own(jail, owner);
    }

    @Override
    public void pools(AddressPools pools) {
        kernel.pools(pools);
    }

    @Override
    public List<ObservedJail> observe() {
        return kernel.observe();
    }

    @Override
    public Optional<String> pathRefusal(RootPath path, Base base) {
        return kernel.pathRefusal(path, base);
    }

    @Override
    public void confirm(JailId jail, long generation, String owner) {
        kernel.confirm(jail, generation, owner);
    }

    @Override
    public List<String> mend(JailId jail, JailDefinition definition) {
        return kernel.mend(jail, definition);
    }

    @Override
    public void inspect() {
        kernel.inspect();
    }

    @Override
    public void onDamage(Consumer<JailId> listener) {
        kernel.onDamage(listener);
    }

    @Override
    public void terminate(JailId jail) {
        kernel.terminate(jail);
    }

    @Override
    public void kill(JailId jail) {
        kernel.kill(jail);
    }

    @Override
    public void release(JailId jail) {
        kernel.release(jail);
    }

    @Override
    public void keepFiles(JailId jail, String owner) {
        kernel.keepFiles(jail, owner);
    }

    @Override
    public OptionalLong firstHostId(JailId jail) {
        return kernel.firstHostId(jail);
    }

    @Override
    public FilesReport files() {
        return kernel.files();
    }

    @Override
    public void deleteFiles(JailId jail, RootPath path, Base base) {
        kernel.deleteFiles(jail, path, base);
    }

    @Override
    public List<Denial> denials() {
        return kernel.denials();
    }

    @Override
    public void onEnd(Consumer<JailEnd> listener) {
        kernel.onEnd(listener);
    }

    @Override
    public void close() {
        kernel.close();
    }
}
