package dev.bailiwick.server.jail.file;

import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.server.jail.file.archive.EntryNotUnpacked;
import dev.bailiwick.server.jail.file.failure.FileRefusals;
import dev.bailiwick.server.problem.Failure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What a host has to do for the entries of an archive, in their order. It waits here until there is enough for one question. */
final class EntrySteps {

    private final Transfer transfer;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private int count;
    private int bytes;
    /** How many steps of the first entry are done. */
    private int done;

    EntrySteps(Transfer transfer) {
        this.transfer = transfer;
    }

    /** What a refused step means. */
    @FunctionalInterface
    interface Refusal {

        /**
         * Does what the step should have done, in another way.
         *
         * @param step its place among those of the entry
         * @throws Failure if that is not possible; no step of the entry is done any more
         */
        void mend(int step, Failure refused);
    }

    private record Entry(String name, List<FileRequest> steps, Refusal refusal) {}

    /**
     * Adds the steps of an entry, few enough for one question.
     *
     * @throws EntryNotUnpacked if an earlier entry is refused
     */
    void add(String name, List<FileRequest> steps, Refusal refusal) {
        int more = steps.stream().mapToInt(FileRequest.Batch::bytes).sum();
        if (count + steps.size() > FileRequest.Batch.MAX || bytes + more > FileRequest.Batch.MAX_BYTES) {
            flush();
        }
        entries.add(new Entry(name, steps, refusal));
        count += steps.size();
        bytes += more;
    }

    /**
     * Has the host do all of them.
     *
     * @throws EntryNotUnpacked if one is refused; nothing that comes after it is done
     */
    void flush() {
        try {
            while (!entries.isEmpty()) {
                take(ask());
            }
        } finally {
            entries.clear();
            count = 0;
            bytes = 0;
            done = 0;
        }
    }

    private List<FileResult> ask() {
        List<FileRequest> steps = entries.stream()
                .flatMap(entry -> entry.steps().stream())
                .skip(done)
                .toList();
        try {
            return transfer.ask(steps);
        } catch (Failure unanswered) {
            mend(entries.getFirst(), unanswered);
            throw new EntryNotUnpacked(entries.getFirst().name(), unanswered);
        }
    }

    private void take(List<FileResult> results) {
        for (FileResult result : results) {
            Entry entry = entries.getFirst();
            if (result instanceof FileResult.Refused(FileResult.Reason reason, String detail)) {
                mend(entry, FileRefusals.failure(reason, detail));
            }
            done++;
            if (done == entry.steps().size()) {
                entries.removeFirst();
                done = 0;
            }
        }
    }

    private void mend(Entry entry, Failure refused) {
        try {
            entry.refusal().mend(done, refused);
        } catch (Failure lasting) {
            throw new EntryNotUnpacked(entry.name(), lasting);
        }
    }
}
