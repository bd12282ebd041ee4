"""Sonic Pi's names: synths, effects and commands."""

from __future__ import annotations

SYNTHS = frozenset(
    """beep sine saw pulse subpulse square tri dsaw dpulse dtri fm mod_fm mod_saw mod_dsaw
    mod_sine mod_beep mod_tri mod_pulse tb303 supersaw hoover prophet zawa dark_ambience
    growl hollow winwood_lead blade piano pluck tech_saws sound_in sound_in_stereo noise
    pnoise bnoise gnoise cnoise chipbass chiplead chipnoise kalimba organ_tonewheel rhodey
    rodeo dark_sea_horn singer gabberkick bass_foundation bass_highend dull_bell pretty_bell
    sc808_bassdrum sc808_snare sc808_clap sc808_tomlo sc808_tommid sc808_tomhi sc808_congalo
    sc808_congamid sc808_congahi sc808_rimshot sc808_claves sc808_maracas sc808_cowbell
    sc808_closed_hihat sc808_open_hihat sc808_cymbal""".split()
)
EFFECTS = frozenset(
    """bitcrusher krush reverb gverb level mono echo slicer panslicer wobble ixi_techno
    compressor whammy rlpf nrlpf rhpf nrhpf hpf nhpf lpf nlpf normaliser distortion pan bpf
    nbpf rbpf nrbpf band_eq tanh pitch_shift ring_mod octaver vowel flanger eq tremolo
    record sound_out sound_out_stereo ping_pong autotuner""".split()
)
# Commands that set or show something and neither sound nor wait.
QUIET = frozenset(
    """use_synth_defaults use_sample_defaults use_transpose use_random_seed use_debug
    use_arg_checks use_tuning use_octave use_cue_logging set_volume! set_mixer_control! puts
    print comment cue control stop kill set get midi midi_note_on midi_note_off
    use_midi_defaults load_samples load_sample use_external_synths use_timing_guarantees
    use_sched_ahead_time use_real_time use_osc osc require load live_audio tick tick_reset
    tick_set use_random_source eval_file run_file""".split()
)
BLOCKS = frozenset(
    """live_loop in_thread loop with_fx with_synth with_bpm with_transpose with_synth_defaults
    density with_sample_defaults with_random_seed with_octave with_arg_checks uncomment
    time_warp at with_bpm_mul with_swing define""".split()
)
COMMANDS = frozenset(
    """play play_chord play_pattern play_pattern_timed synth sample sleep wait sync use_bpm
    use_synth live_loop in_thread with_fx loop""".split()
)
