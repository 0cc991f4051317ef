package dev.bailiwick.jail.seccomp;

/** Constants of classic BPF and seccomp (linux/bpf_common.h, linux/seccomp.h), for compiler, interpreter and disassembler. */
final class Bpf {

    static final int LOAD_WORD = 0x20;
    static final int AND = 0x54;
    static final int JUMP = 0x05;
    static final int JUMP_IF_EQUAL = 0x15;
    static final int JUMP_IF_GREATER = 0x25;
    static final int JUMP_IF_GREATER_OR_EQUAL = 0x35;
    static final int JUMP_IF_SET = 0x45;
    static final int RETURN = 0x06;

    /** BPF_MAXINSNS. */
    static final int MAX_INSTRUCTIONS = 4096;

    /** sizeof(struct sock_filter): u16 code, u8 jt, u8 jf, u32 k. */
    static final int INSTRUCTION_BYTES = 8;

    /** sizeof(struct seccomp_data). */
    static final int DATA_BYTES = 64;

    static final int NUMBER = 0;
    static final int ARCHITECTURE = 4;
    static final int INSTRUCTION_POINTER = 8;
    static final int ARGUMENTS = 16;

    private Bpf() {}
}
