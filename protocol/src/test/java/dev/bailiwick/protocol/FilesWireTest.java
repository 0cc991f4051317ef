package dev.bailiwick.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bailiwick.jail.Base;
import dev.bailiwick.jail.JailId;
import dev.bailiwick.jail.RootPath;
import dev.bailiwick.jail.file.FileBytes;
import dev.bailiwick.jail.file.FileEntry;
import dev.bailiwick.jail.file.FileKind;
import dev.bailiwick.jail.file.FilePath;
import dev.bailiwick.jail.file.FileRequest;
import dev.bailiwick.jail.file.FileRequest.UploadId;
import dev.bailiwick.jail.file.FileResult;
import dev.bailiwick.jail.file.FileResult.Reason;
import dev.bailiwick.jail.file.FileWork;
import dev.bailiwick.jail.question.HostAnswer.FilesOutcome;
import dev.bailiwick.jail.question.HostQuestion.WorkOnFiles;
import dev.bailiwick.jail.question.HostReply.Answered;
import dev.bailiwick.jail.question.HostReply.Unanswered;
import dev.bailiwick.protocol.v1.Answer;
import dev.bailiwick.protocol.v1.FileBatch;
import dev.bailiwick.protocol.v1.FileEntries;
import dev.bailiwick.protocol.v1.FileRead;
import dev.bailiwick.protocol.v1.FilesAnswer;
import dev.bailiwick.protocol.v1.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Questions about files of jails, and their answers. */
class FilesWireTest {

    private static final UUID ID = UUID.randomUUID();
    private static final FilePath PATH = FilePath.parse("/srv/b\\xffd\\\\ ü");
    private static final UploadId UPLOAD = new UploadId("upload-1");
    private static final FileBytes BYTES = new FileBytes(new byte[] {0, -1, 7});
    private static final FileEntry LINK = new FileEntry(
            PATH.name(),
            FileKind.LINK,
            7,
            04755,
            OptionalInt.of(65_535),
            OptionalInt.empty(),
            Instant.ofEpochSecond(-5, 999_999_999),
            Optional.of("../x\\x0a"),
            true,
            "1-2-3-4");

    static Stream<FileRequest> requests() {
        FileRequest.End end = new FileRequest.End(Optional.of("1-2"), true, OptionalInt.of(0));
        FileRequest.End any = new FileRequest.End(Optional.empty(), false, OptionalInt.empty());
        return Stream.of(
                new FileRequest.Look(FilePath.ROOT),
                new FileRequest.List(PATH, Long.MAX_VALUE, 1_000),
                new FileRequest.Read(PATH, 1L << 40, FileBytes.MAX),
                new FileRequest.Search(PATH, "ü", 1),
                new FileRequest.FindUpload(PATH, UPLOAD),
                new FileRequest.Write(PATH, UPLOAD, 5, BYTES, Optional.empty()),
                new FileRequest.Write(PATH, UPLOAD, 0, FileBytes.NONE, Optional.of(end)),
                new FileRequest.Write(PATH, UPLOAD, 0, BYTES, Optional.of(any)),
                new FileRequest.DropUpload(PATH, UPLOAD),
                new FileRequest.MakeDirectory(PATH),
                new FileRequest.MakeLink(PATH, "../\\xff"),
                new FileRequest.Rename(PATH, FilePath.parse("/x"), true),
                new FileRequest.Remove(PATH),
                new FileRequest.SetMode(PATH, 07777),
                new FileRequest.SetOwner(PATH, 0, 65_535),
                new FileRequest.Batch(List.of(
                        new FileRequest.Write(PATH, UPLOAD, 0, BYTES, Optional.of(any)),
                        new FileRequest.Read(FilePath.ROOT, 1, 2))));
    }

    private static WorkOnFiles question(FileRequest request) {
        return new WorkOnFiles(new FileWork(
                new JailId(UUID.randomUUID()), new RootPath("/jails/x"), new Base.Template("debian"), request));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void comeBackAsTheyWentIn(FileRequest request) {
        WorkOnFiles question = question(request);
        Question asked = QuestionWire.toWire(ID, question, Duration.ofSeconds(2));
        assertThat(QuestionWire.kind(asked)).contains("files");
        assertThat(QuestionWire.fromWire(asked)).contains(question);
    }

    static Stream<FileResult> results() {
        return Stream.concat(
                Stream.of(
                        new FileResult.Found(LINK),
                        new FileResult.Entries(List.of(LINK, LINK), Optional.of(0L)),
                        new FileResult.Entries(List.of(), Optional.empty()),
                        new FileResult.Content(BYTES, LINK),
                        new FileResult.Uploaded(1L << 50),
                        new FileResult.Removed(3, false),
                        new FileResult.Results(
                                List.of(new FileResult.Uploaded(1), new FileResult.Refused(Reason.EXISTS, "because"))),
                        new FileResult.Matches(List.of(new FileResult.Match(PATH, LINK)), true)),
                Stream.of(Reason.values()).map(reason -> new FileResult.Refused(reason, "because")));
    }

    @ParameterizedTest
    @MethodSource("results")
    void answersComeBackAsTheyWentIn(FileResult result) {
        FilesOutcome outcome = new FilesOutcome(result);
        Answer answer = QuestionWire.toWire(ID.toString(), outcome);
        assertThat(QuestionWire.reply(question(new FileRequest.Look(PATH)), answer))
                .isEqualTo(new Answered<>(outcome));
    }

    @Test
    void whatNobodyWritesIsNoQuestionAndNoAnswer() {
        Question asked = QuestionWire.toWire(ID, question(new FileRequest.Read(PATH, 0, 1)), Duration.ofSeconds(2));
        Question far = asked.toBuilder()
                .setFiles(asked.getFiles().toBuilder()
                        .setRead(FileRead.newBuilder().setLength(FileBytes.MAX + 1)))
                .build();
        assertThatThrownBy(() -> QuestionWire.fromWire(far)).isInstanceOf(MalformedMessage.class);
        Question outside = asked.toBuilder()
                .setFiles(asked.getFiles().toBuilder().setPath("/srv/../etc"))
                .build();
        assertThatThrownBy(() -> QuestionWire.fromWire(outside)).isInstanceOf(MalformedMessage.class);
        Question nothing = asked.toBuilder()
                .setFiles(asked.getFiles().toBuilder().clearRequest())
                .build();
        assertThatThrownBy(() -> QuestionWire.fromWire(nothing)).isInstanceOf(MalformedMessage.class);

        Question batch = QuestionWire.toWire(
                ID, question(new FileRequest.Batch(List.of(new FileRequest.Read(PATH, 0, 1)))), Duration.ofSeconds(2));
        Question nested = batch.toBuilder()
                .setFiles(batch.getFiles().toBuilder()
                        .setBatch(FileBatch.newBuilder().addRequests(batch.getFiles())))
                .build();
        assertThatThrownBy(() -> QuestionWire.fromWire(nested)).isInstanceOf(MalformedMessage.class);
        Question empty = batch.toBuilder()
                .setFiles(batch.getFiles().toBuilder().setBatch(FileBatch.getDefaultInstance()))
                .build();
        assertThatThrownBy(() -> QuestionWire.fromWire(empty)).isInstanceOf(MalformedMessage.class);

        Answer answer = QuestionWire.toWire(ID.toString(), new FilesOutcome(new FileResult.Found(LINK)));
        for (FilesAnswer wrong : List.of(
                FilesAnswer.getDefaultInstance(),
                named(answer, "line\nbreak"),
                named(answer, "\\x41"),
                FilesAnswer.newBuilder()
                        .setEntries(FileEntries.newBuilder().setNext(-1))
                        .build())) {
            assertThat(QuestionWire.reply(
                            question(new FileRequest.Look(PATH)),
                            answer.toBuilder().setFiles(wrong).build()))
                    .isInstanceOf(Unanswered.class);
        }
    }

    /** What waits in the database has 256 KiB for a question; it is sent to the host of a jail with the longest path. */
    @Test
    void theLongestQuestionsAndAPartOfAFileFitTheLink() {
        String name = "/" + "\\xff".repeat(255);
        FilePath longest = FilePath.parse(name.repeat(15) + "/" + "\\xff".repeat(254));
        assertThat(longest.bytes()).hasSize(FilePath.MAX_BYTES);
        RootPath root = new RootPath(("/" + "日".repeat(255)).repeat(4));
        FileBytes full = new FileBytes(new byte[FileBytes.MAX]);
        FileRequest.End end = new FileRequest.End(Optional.of("f".repeat(64)), true, OptionalInt.of(07777));
        for (FileRequest request : List.of(
                new FileRequest.Write(longest, new UploadId("u".repeat(36)), Long.MAX_VALUE, full, Optional.of(end)),
                new FileRequest.MakeLink(longest, longest.text()),
                new FileRequest.Rename(longest, longest, true))) {
            WorkOnFiles question = new WorkOnFiles(
                    new FileWork(new JailId(UUID.randomUUID()), root, new Base.Template("t".repeat(40)), request));
            assertThat(QuestionWire.toWire(ID, question, Duration.ofSeconds(10)).getSerializedSize())
                    .isLessThanOrEqualTo(64 << 10);
        }
        FileRequest write =
                new FileRequest.Write(longest, new UploadId("u".repeat(36)), Long.MAX_VALUE, full, Optional.of(end));
        for (FileRequest one : List.of(
                write,
                new FileRequest.Rename(longest, longest, true),
                new FileRequest.Write(PATH, UPLOAD, Long.MAX_VALUE, BYTES, Optional.of(end)),
                new FileRequest.Write(PATH, UPLOAD, Long.MAX_VALUE, full, Optional.of(end)))) {
            FileRequest.Batch batch = FileRequest.Batch.ofFirst(Collections.nCopies(300, one));
            WorkOnFiles question = new WorkOnFiles(
                    new FileWork(new JailId(UUID.randomUUID()), root, new Base.Template("t".repeat(40)), batch));
            assertThat(QuestionWire.toWire(ID, question, Duration.ofSeconds(10)).getSerializedSize())
                    .isLessThanOrEqualTo(256 << 10);
        }
        assertThat(FileRequest.Batch.ofFirst(Collections.nCopies(
                                9, new FileRequest.Write(PATH, UPLOAD, Long.MAX_VALUE, full, Optional.of(end))))
                        .requests())
                .hasSize(5);
        FilesOutcome content = new FilesOutcome(new FileResult.Content(full, LINK));
        assertThat(QuestionWire.toWire(ID.toString(), content).getSerializedSize())
                .isLessThanOrEqualTo(256 << 10);
    }

    private static FilesAnswer named(Answer answer, String name) {
        FilesAnswer.Builder files = answer.getFiles().toBuilder();
        files.getFoundBuilder().setName(name);
        return files.build();
    }
}
